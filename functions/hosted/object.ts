import { DurableObject } from 'cloudflare:workers'
import { createApp } from '../app'
import type { Bindings } from './bindings'
import { readHostedConfig } from './config'
import { isUpgrade } from './gateway'
import { type Identity, readIdentity, storeIdentity } from './identity'
import { createInternalApp } from './internal'
import { type HostedServices, openServices } from './services'
import { createSockets } from './sockets'
import { drainBody } from './unread-body'

const app = createApp()

/** What there is while the object is awake. */
interface Open {
  services: HostedServices
  sockets: ReturnType<typeof createSockets>
  internal: ReturnType<typeof createInternalApp>
}

/** A workspace: all its requests pass through here, and its documents and connections are kept here. */
export class MaestroWorkspace extends DurableObject<Bindings> {
  #open: Promise<Open> | undefined

  /** Runs whenever a request, a message or an alarm wakes the object: until all is open, nothing else happens. */
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings)
    const identity = readIdentity(ctx.storage.sql)
    if (identity) this.#open = this.#openAs(identity)
  }

  override async fetch(request: Request): Promise<Response> {
    this.#open ??= this.#openAs(storeIdentity(this.ctx.storage.sql, request))
    const { services, sockets, internal } = await this.#open
    if (isUpgrade(request)) return sockets.upgrade(request)
    const isInternal = new URL(request.url).pathname.startsWith('/internal/')
    const response = await (isInternal ? internal.fetch(request, services) : app.fetch(request, services))
    if (!(await drainBody(request)))
      services.log.warn(
        { method: request.method, url: request.url },
        'A body that is far too large was cut off',
      )
    return response
  }

  override async alarm(): Promise<void> {
    const open = await this.#open
    if (!open) return
    const { driver, lostSessions } = open.services
    driver.alarm.rang()
    await lostSessions.onAlarm(driver.mirrorChanges())
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const open = await this.#open
    await open?.sockets.message(socket, message)
  }

  override async webSocketClose(
    socket: WebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    const open = await this.#open
    await open?.sockets.close(socket, code, reason, wasClean)
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    const open = await this.#open
    await open?.sockets.error(socket)
  }

  #openAs({ workspace, origin }: Identity): Promise<Open> {
    return this.ctx.blockConcurrencyWhile(async () => {
      const read = readHostedConfig(this.env, origin)
      if ('problems' in read) throw new Error(read.problems.join('\n'))
      const services = await openServices(this.ctx, this.env, read, workspace)
      return {
        services,
        sockets: createSockets(this, this.ctx, services),
        internal: createInternalApp(services.skills, services.restore),
      }
    })
  }
}
