import { expect, test } from 'vitest'
import { codesOf, rowsNamed } from '@/redemptionRows'

test('codes stand on lines or between commas', () => {
  expect(codesOf(' 0000-1111 \n\r\n2222-3333，4444;5555\t6666 ')).toEqual(['0000-1111', '2222-3333', '4444', '5555', '6666'])
  expect(codesOf(' \n ')).toEqual([])
})

test('both rows of a code are named', () => {
  expect(rowsNamed({ field: 'code', code: 'repeated', message: 'rows 2 and 31 have the same code' })).toBe('2, 31')
})
