/** `1 file`, `2 files`. */
export const counted = (count: number, things: string): string =>
  `${count} ${count === 1 ? things.replace(/s$/, '') : things}`
