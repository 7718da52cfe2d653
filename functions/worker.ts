// The hosted entry: a Worker that asks for a token, and an object for every workspace.
import type { Bindings } from './hosted/bindings'
import { createGateway, type Gateway } from './hosted/gateway'

export { MaestroWorkspace } from './hosted/object'

let gateway: Gateway | undefined

export default {
  fetch(request: Request, bindings: Bindings): Promise<Response> {
    gateway ??= createGateway(bindings, new URL(request.url).origin)
    return gateway(request)
  },
}
