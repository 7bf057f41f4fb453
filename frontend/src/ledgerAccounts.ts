/** What sort of account a code names: its parts without the id, and of a gateway without its name. */
export function accountSort(code: string): { sort: string; gateway: string } {
  const parts = code.split(':')
  if (parts[0] === 'gateway') return { sort: ['gateway', ...parts.slice(2)].join('_'), gateway: parts[1] ?? '' }
  return { sort: parts.filter((part) => !/^\d+$/.test(part)).join('_'), gateway: '' }
}
