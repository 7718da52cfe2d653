/** The contract, over PostgreSQL itself: the tests that change most, as they stand. */

import { afterAll, it, vi } from 'vitest'
import { missingReason, startCluster } from './cluster'

const reason = missingReason()
const cluster = reason ? undefined : await startCluster()
afterAll(() => cluster?.remove())

vi.mock('../contract/target', async () => {
  const { startServer } = await import('../contract/server')
  const startTarget = async (env: Record<string, string> = {}) => {
    const url = (await cluster?.createDatabase()) ?? ''
    return startServer({ env: { ...env, DATABASE_TYPE: 'postgres', DATABASE_URL: url } })
  }
  return { startTarget, sharedTarget: startTarget }
})

if (reason) it('the contract over PostgreSQL', (context) => context.skip(reason))
else {
  await import('../contract/tasks.test')
  await import('../contract/sessions.test')
  await import('../contract/spawn.test')
  await import('../contract/events-order.test')
}
