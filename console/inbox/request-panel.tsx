import type { InboxRequest } from '../../functions/client/client'
import { route } from '../app'
import { Age } from '../parts/age'
import { Panel } from '../parts/panel'
import { Block } from '../parts/text'
import { routeText } from '../state/route'
import { exactTime } from '../state/time'
import { outcomeOf } from './inbox'
import { RequestCard } from './request-card'

/** One request, whole: also one that is settled. */
export const RequestPanel = ({ request }: { request: InboxRequest }) => (
  <Panel title={request.title} closeTo={{ view: route.value.view }}>
    {request.state === 'open' ? (
      <RequestCard request={request} tabIndex={0} />
    ) : (
      <>
        <p>
          {outcomeOf(request)} · <Age at={request.updatedAt} />
        </p>
        <p class="soft">
          {request.deliveredAt === undefined
            ? 'The agent has not said that it has the answer'
            : `The agent had it ${exactTime(request.deliveredAt)}`}
        </p>
        {request.detail !== undefined && <Block text={request.detail} label="What it asked for" />}
      </>
    )}
    <p>
      <a href={routeText({ view: 'agents', id: request.sessionId })}>Everything of this session</a>
    </p>
  </Panel>
)
