// Runs the hosted server in Miniflare.
import { Miniflare } from 'miniflare'
import type { Target } from '../contract/target'
import { bundle, compatibility } from './bundle'

const script = bundle('worker.ts')

/** Starts an empty server, hosted. Requests without a token get one. */
export const startHosted = async (variables: Record<string, string> = {}): Promise<Target> => {
  const miniflare = new Miniflare({
    ...compatibility,
    modules: true,
    script: await script,
    durableObjects: { MAESTRO_WORKSPACES: { className: 'MaestroWorkspace', useSQLite: true } },
    kvNamespaces: ['MAESTRO_KV'],
    bindings: { LOG_LEVEL: 'warn', MAESTRO_API_TOKEN: 'a-token', TEST_TOKEN: 'a-token', ...variables },
  })
  const { origin } = await miniflare.ready
  return { url: origin, stop: () => miniflare.dispose() }
}
