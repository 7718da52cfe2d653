import type { AppServices } from '../../functions/services/app-services'

/** A look every half second finds who is lost soon after its ttl, and sees a gap of over two seconds. */
const everyMs = 500

/** Ends sessions whose heartbeats have stopped, from now on. Returns what ends that. */
export const startSweeping = ({ heartbeats, clock }: AppServices): (() => void) => {
  const time = () => ({ monotonic: performance.now(), wall: clock() })
  let last = time()
  /** Of both clocks: the monotonic one stands still while the machine sleeps. */
  const sinceLastMs = () => {
    const now = time()
    return Math.max(now.monotonic - last.monotonic, Math.abs(now.wall - last.wall))
  }
  const timer = setInterval(() => {
    const gapMs = sinceLastMs()
    last = time()
    void heartbeats.sweep(() => Math.max(gapMs, sinceLastMs()))
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
