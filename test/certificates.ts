/**
 * Who trusts certificates of their own has every Node process read them at its start, and Miniflare pass them on: 45 ms of the
 * processor and more, a thousand times. No test asks anybody but this machine.
 */
const setup = (): void => {
  delete process.env.NODE_EXTRA_CA_CERTS
}

export default setup
