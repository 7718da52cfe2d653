// Runs the driver suite in objects, one for every test.
import type {
  DurableObjectNamespace,
  DurableObjectState,
  DurableObjectStorage,
  SqlStorage,
} from '@cloudflare/workers-types'
import { durableObjectDriver } from '../../../storage/drivers/durable-object/driver'
import { suite } from '../../drivers/suite'
import { formatTests } from './format'
import { names, run } from './in-object'

let storage: DurableObjectStorage | undefined
let broken = false

const stored = () => {
  if (!storage) throw new Error('a test runs in no object')
  return storage
}

const nothing = async () => undefined
const noMirror = { put: nothing, delete: nothing, mark: nothing }

/** While it is broken, a transaction fails after it has written everything. */
const breakable = (real: DurableObjectStorage, isBroken = () => broken): DurableObjectStorage =>
  new Proxy(real, {
    get(target, name) {
      if (name === 'transactionSync')
        return <T>(write: () => T) =>
          target.transactionSync(() => {
            const written = write()
            if (isBroken()) throw new Error('the disk is full')
            return written
          })
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

suite({
  name: 'the durable-object driver',
  createStore: () => ({
    open: () => durableObjectDriver({ storage: breakable(stored()), mirror: noMirror, clock: Date.now }),
  }),
  breakDisk: () => {
    broken = true
  },
  repairDisk: () => {
    broken = false
  },
  skips: { crash: 'here a crash takes the whole object: test/hosted/restart.test.ts' },
})

/** In a transaction as well as outside, it runs so many statements and then no more. */
const endingAfter = (statements: number): DurableObjectStorage => {
  const real = stored()
  let left = statements
  const exec: SqlStorage['exec'] = (...args) => {
    if (left-- <= 0) throw new Error('the object has ended')
    return real.sql.exec(...args)
  }
  const bind = (target: object, name: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, name)
    return typeof value === 'function' ? value.bind(target) : value
  }
  const sql = new Proxy(real.sql, { get: (target, name) => (name === 'exec' ? exec : bind(target, name)) })
  return new Proxy(real, { get: (target, name) => (name === 'sql' ? sql : bind(target, name)) })
}

formatTests(stored, () => breakable(stored(), () => true), endingAfter)

export class TestObject {
  constructor(ctx: DurableObjectState) {
    storage = ctx.storage
  }

  async fetch(request: Request): Promise<Response> {
    return Response.json(await run(new URL(request.url).searchParams.get('name') ?? ''))
  }

  async alarm(): Promise<void> {}
}

export default {
  async fetch(request: Request, { OBJECTS }: { OBJECTS: DurableObjectNamespace }): Promise<Response> {
    const name = new URL(request.url).searchParams.get('name')
    return name === null ? Response.json(names()) : fetchFrom(OBJECTS.getByName(name), request.url)
  },
}

const fetchFrom = async (object: { fetch(url: string): Promise<unknown> }, url: string) => {
  const answer = await object.fetch(url)
  if (!(answer instanceof Response)) throw new Error('no answer')
  return answer
}
