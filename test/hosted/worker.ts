// The Worker as it is deployed, for tests: it adds a token where there is none, and does as it is told on /test/….
import type { DurableObjectState } from '@cloudflare/workers-types'
import type { Bindings } from '../../functions/hosted/bindings'
import worker, { MaestroWorkspace as Deployed } from '../../functions/worker'

export class MaestroWorkspace extends Deployed {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings)
  }
}

export default {
  fetch(request: Request, bindings: Bindings): Promise<Response> {
    const { TEST_TOKEN } = bindings
    if (typeof TEST_TOKEN !== 'string' || request.headers.has('Authorization')) return worker.fetch(request, bindings)
    const authorized = new Request(request)
    authorized.headers.set('Authorization', `Bearer ${TEST_TOKEN}`)
    return worker.fetch(authorized, bindings)
  },
}
