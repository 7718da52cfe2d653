/** A workspace in PostgreSQL holds what every workspace holds. */

import { it } from 'vitest'
import { suite } from '../drivers/suite'
import { missingReason } from './cluster'
import { databases, driverOn } from './databases'
import type { Fault } from './faulty-proxy'

for (const { name, create, proxy } of await databases())
  for (const fault of ['request lost', 'answer lost'] satisfies Fault[])
    suite({
      name: `${name} (${fault})`,
      createStore() {
        const url = create()
        return { open: async () => driverOn(await url) }
      },
      breakDisk: () => {
        proxy.fault = fault
      },
      repairDisk: () => {
        proxy.fault = undefined
      },
      skips: { crash: 'a database cannot be copied in an instant; servers.test.ts kills it, and the server' },
    })

const reason = missingReason()
if (reason) it('a workspace over PostgreSQL itself', (context) => context.skip(reason))
