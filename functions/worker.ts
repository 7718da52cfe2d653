// The hosted entry: a Worker that asks for a token, and an object for every workspace.
import type { Bindings } from './hosted/bindings'
import { createDoor, type Door } from './hosted/door'

export { MaestroWorkspace } from './hosted/object'

let door: Door | undefined

export default {
  fetch(request: Request, bindings: Bindings): Promise<Response> {
    door ??= createDoor(bindings, new URL(request.url).origin)
    return door(request)
  },
}
