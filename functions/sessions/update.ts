import { Session, UpdateSessionRequest } from '../../schemas/session'
import { withoutStop } from '../../storage/rules/beats'
import { requireRoomToResume } from '../../storage/rules/restart'
import { updateSession as update } from '../../storage/rules/sessions'
import { requireModeOfPage } from '../../storage/rules/spawn-rights'
import { isDesktopOrigin } from '../http/access'
import { changeEntity } from '../http/change-entity'
import { foreignPageOf } from '../http/guard'
import { operation } from '../http/operation'

export const updateSession = operation({
  method: 'PATCH',
  path: '/api/sessions/:id',
  name: 'sessions.update',
  sessionAccess: 'self',
  summary: 'Update a session',
  description:
    'events and timeline are appended, metadata is merged by top-level key, env is replaced. A session that sends heartbeats is not stopped by a desktop application, which may stop at its start what it does not know: that is noted in the timeline.',
  body: UpdateSessionRequest,
  answers: { status: 200, schema: Session },
  errors: ['SESSION_NOT_FOUND', 'PRECONDITION_FAILED', 'TOO_MANY_CHILDREN', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:updated',
    'session:task_added',
    'task:session_added',
    'session:task_removed',
    'task:session_removed',
    'queue:updated',
    'task:updated',
    'queue:item_skipped',
    'queue:item_failed',
    'task:released',
  ],
  example: ({ session }) => ({ params: { id: session }, body: { status: 'working' } }),
  run: (c, { params: { id }, body }) => {
    requireModeOfPage(body.permissionMode, foreignPageOf(c))
    return changeEntity(c, 'sessions', id, (tx) => {
      const { maxChildren } = c.env.config
      requireRoomToResume(tx, id, body, { caller: c.get('caller'), maxChildren })
      return update(tx, id, isDesktopOrigin(c.req.header('Origin')) ? withoutStop(tx, id, body) : body)
    })
  },
})
