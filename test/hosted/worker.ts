// The Worker as it is deployed, for tests: it adds a token where there is none, and does what /test/… asks for.
import type { DurableObjectState } from '@cloudflare/workers-types'
import type { Bindings } from '../../functions/hosted/bindings'
import worker, { MaestroWorkspace as Deployed } from '../../functions/worker'

export class MaestroWorkspace extends Deployed {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings)
  }
}

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    const { TEST_TOKEN } = bindings
    const given = await whole(request)
    if (typeof TEST_TOKEN === 'string' && !given.headers.has('Authorization'))
      given.headers.set('Authorization', `Bearer ${TEST_TOKEN}`)
    return worker.fetch(given, bindings)
  },
}

/** Miniflare's server cuts the connection after an answer that did not wait for the body; Cloudflare's does not. */
const whole = async (request: Request): Promise<Request> =>
  request.body ? new Request(request, { body: await request.arrayBuffer() }) : new Request(request)
