/** A workspace in PostgreSQL holds what every workspace holds. */

import { it } from 'vitest'
import { suite } from '../drivers/suite'
import { missing } from './cluster'
import { databases, driverOn } from './databases'
import type { Fault } from './wire'

for (const { name, create, wire } of await databases())
  for (const fault of ['request lost', 'answer lost'] satisfies Fault[])
    suite({
      name: `${name} (${fault})`,
      place() {
        const url = create()
        return { open: async () => driverOn(await url) }
      },
      breakDisk: () => {
        wire.fault = fault
      },
      mend: () => {
        wire.fault = undefined
      },
      skips: { crash: 'a database cannot be copied in an instant; servers.test.ts kills it, and the server' },
    })

const reason = missing()
if (reason) it('a workspace over PostgreSQL itself', (context) => context.skip(reason))
