// The Worker as it is deployed, for tests: it adds a token where there is none, and does what /test/… asks for.
import type { DurableObjectState } from '@cloudflare/workers-types'
import type { Bindings } from '../../functions/hosted/bindings'
import worker, { MaestroWorkspace as Deployed } from '../../functions/worker'
import type { KvWrite } from './kv-write'

const kvWrites: KvWrite[] = []
/** Writes to keys that hold this text fail; undefined: none do. */
let failingKeys: string | undefined

const watched = (kv: Bindings['MAESTRO_KV']): Bindings['MAESTRO_KV'] => {
  const watch = async (key: string, write: () => Promise<void>) => {
    const failed = failingKeys !== undefined && key.includes(failingKeys)
    kvWrites.push({ key, time: Date.now(), failed })
    if (failed) throw new Error('KV PUT failed: 429 Too Many Requests')
    await write()
  }
  return {
    ...{ get: (key) => kv.get(key), list: (options) => kv.list(options) },
    put: (key, value, options) => watch(key, () => kv.put(key, value, options)),
    delete: (key) => watch(key, () => kv.delete(key)),
  }
}

const everythingIn = async (kv: Bindings['MAESTRO_KV']): Promise<Record<string, string>> => {
  const { keys } = await kv.list({ prefix: '', limit: 1000 })
  const entries = keys.map(async ({ name }) => [name, (await kv.get(name)) ?? ''] as const)
  return Object.fromEntries(await Promise.all(entries))
}

export class MaestroWorkspace extends Deployed {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, { ...bindings, MAESTRO_KV: watched(bindings.MAESTRO_KV) })
  }

  override async fetch(request: Request): Promise<Response> {
    // As when Cloudflare moves the object: whatever is in memory is gone.
    if (new URL(request.url).pathname === '/test/restart') this.ctx.abort('a test asked for it')
    if (new URL(request.url).pathname === '/test/lose') {
      await this.ctx.storage.deleteAll()
      this.ctx.abort('a test asked for it')
    }
    return super.fetch(request)
  }
}

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    const { TEST_TOKEN, MAESTRO_KV: kv } = bindings
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/test/kv') {
      if (request.method !== 'PUT') return Response.json(await everythingIn(kv))
      await kv.put(searchParams.get('key') ?? '', await request.text(), { metadata: {} })
      return new Response(null, { status: 204 })
    }
    if (pathname === '/test/kv-writes') {
      if (searchParams.has('fails')) failingKeys = searchParams.get('keys') ?? undefined
      return Response.json(kvWrites)
    }
    const given = new Request(request)
    if (TEST_TOKEN && !given.headers.has('Authorization'))
      given.headers.set('Authorization', `Bearer ${TEST_TOKEN}`)
    return worker.fetch(given, bindings)
  },
}
