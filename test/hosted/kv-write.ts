/** Every write to KV that was tried, in order. */
export interface KvWrite {
  key: string
  /** Unix milliseconds. */
  time: number
  failed: boolean
}
