// Runs the hosted server in Miniflare.

import { Miniflare } from 'miniflare'
import { parseTrusted } from '../../schemas/json-text'
import { bundle, compatibility, moduleOf } from './bundle'
import type { KvWrite } from './kv-write'

const script = bundle('worker.ts')
const token = 'a-token'

export interface Hosted {
  /** The base URL, without a slash at its end. */
  url: string
  stop(): Promise<unknown>
  /** What is in KV, by key. */
  kv(): Promise<Record<string, string>>
  /** Puts something into KV that the server did not. */
  putIntoKv(key: string, value: string): Promise<void>
  /** Every write to KV that the server tried. */
  kvWrites(): Promise<KvWrite[]>
  /** From now on, KV takes no writes to keys that hold this text, all by default; or takes all again. */
  kvFails(fails: boolean, keys?: string): Promise<void>
  /** The object loses what it has in memory. */
  restart(): Promise<void>
  /** The object loses everything. */
  lose(): Promise<void>
}

/** Starts an empty server, hosted. Requests without a token get one, unless `TEST_TOKEN` is empty. */
export const startHosted = async (
  variables: Record<string, string> = {},
  consoleFolder?: string,
): Promise<Hosted> => {
  const miniflare = new Miniflare({
    ...compatibility,
    modules: moduleOf(await script),
    durableObjects: { MAESTRO_WORKSPACES: { className: 'MaestroWorkspace', useSQLite: true } },
    kvNamespaces: ['MAESTRO_KV'],
    // As wrangler.toml has it.
    ...(consoleFolder !== undefined && {
      assets: {
        directory: consoleFolder,
        binding: 'MAESTRO_CONSOLE',
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
        assetConfig: { html_handling: 'none' as const, not_found_handling: 'none' as const },
      },
    }),
    // Else it would ask Cloudflare what a request from here looks like.
    cf: false,
    bindings: { LOG_LEVEL: 'warn', MAESTRO_API_TOKEN: token, TEST_TOKEN: token, ...variables },
  })
  const { origin } = await miniflare.ready
  return {
    url: origin,
    stop: () => miniflare.dispose(),
    // By way of the Worker: for a namespace of its own, Miniflare starts a thread, half a second of the processor.
    kv: async () => parseTrusted(await (await fetch(`${origin}/test/kv`)).text()),
    async putIntoKv(key, value) {
      await fetch(`${origin}/test/kv?${new URLSearchParams({ key })}`, { method: 'PUT', body: value })
    },
    kvWrites: async () => parseTrusted(await (await fetch(`${origin}/test/kv-writes`)).text()),
    async kvFails(fails, keys = '') {
      await fetch(`${origin}/test/kv-writes?fails${fails ? `&keys=${keys}` : ''}`)
    },
    async lose() {
      await fetch(`${origin}/test/lose`)
    },
    async restart() {
      await fetch(`${origin}/test/restart`)
    },
  }
}

let shared: Promise<Hosted> | undefined

/**
 * An empty server for a test file that asks for nothing special. All of a worker have one after the other, since to start one
 * takes most of a second of the processor; it ends with the worker.
 */
export const emptyHosted = async (): Promise<Hosted> => {
  shared ??= startHosted()
  const hosted = await shared
  await hosted.lose()
  return { ...hosted, stop: async () => undefined }
}
