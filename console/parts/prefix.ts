/** `g` waits so long, in milliseconds, for the key of a view: that key then answers nothing. */
const prefixMs = 1500
let prefixAt = Number.NEGATIVE_INFINITY

export const beginPrefix = (): void => {
  prefixAt = performance.now()
}

export const endPrefix = (): void => {
  prefixAt = Number.NEGATIVE_INFINITY
}

export const isPrefixed = (): boolean => performance.now() - prefixAt < prefixMs
