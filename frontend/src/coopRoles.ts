/** Who of a cooperative sends goods, and sees where to. */
export const ships = (role: string): boolean => role === 'owner' || role === 'packer'
/** Who of a cooperative decides refunds and sets prices. */
export const keepsMoney = (role: string): boolean => role === 'owner' || role === 'accountant'
