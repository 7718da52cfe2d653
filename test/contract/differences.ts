// What cannot be the same on Cloudflare, each with the test of the contract that does not hold there, and why.
export const differences: readonly { test: string; reason: string }[] = [
  {
    test: 'lets go of who has gone',
    reason: 'a Worker hears that a reader is gone when it writes: with the next comments, within 30 seconds',
  },
  {
    test: 'gives nothing to a caller that has gone away',
    reason:
      'a Worker hears at once that a connection is cut, but not that its caller has only closed it: what was claimed for it is in its next heartbeat, and given back when it is lost',
  },
]
