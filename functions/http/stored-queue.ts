import type { QueueState } from '../../schemas/queue'
import { readerOf } from '../../storage/rules/find'
import { findQueue } from '../../storage/rules/queues'
import type { RequestContext } from '../services/app-services'
import { idOf } from './stored-entity'

/** The queue of the session that the path names, once it is durable; else the error. */
export const storedQueue = async (c: RequestContext): Promise<QueueState> =>
  c.env.workspace.read((documents) => findQueue(readerOf(documents), idOf(c)))
