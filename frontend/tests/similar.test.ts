import { describe, expect, it } from 'vitest'
import { partsOf } from '@/similar'

describe('shorter questions', () => {
  it.each([
    ['红心猕猴桃干', ['红心', '桃干']], ['茶叶', []], ['', []], ['  ', []], ['black tea', ['black', 'tea']], ['a b c d', ['a', 'b', 'c']], ['😀茶🍵', ['😀茶', '茶🍵']],
  ])('of %s', (q, parts) => expect(partsOf(q)).toEqual(parts))
})
