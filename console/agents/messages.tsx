import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { actions, live, store } from '../app'
import { Age } from '../parts/age'
import { CheckField } from '../parts/check-field'
import { State } from '../parts/state'
import { Text } from '../parts/text'
import { hasEnded, type SessionCard } from '../state/entities'
import { newKey } from '../state/keys'
import { shortId } from '../state/time'
import { messageLook } from '../state/words'

/** What it was told, how far each message is, and a box to tell it more. */
export const Messages = ({ session }: { session: SessionCard }) => {
  const { id } = session
  useEffect(() => live.want(`messages:${id}`), [id])
  const messages = store.messages
    .all()
    .filter(({ sessionId }) => sessionId === id)
    .sort((one, other) => one.createdAt - other.createdAt)
  return (
    <>
      <ul class="plain messages" aria-label="Messages">
        {messages.map(({ id: messageId }) => (
          <MessageLine key={messageId} id={messageId} />
        ))}
      </ul>
      {messages.length === 0 && <p class="soft">It was told nothing yet.</p>}
      {!hasEnded(session) && <TellForm sessionId={id} />}
    </>
  )
}

const MessageLine = ({ id }: { id: string }) => {
  const message = store.messages.get(id)
  if (!message) return null
  const { state, reason, from, text, mode, createdAt } = message
  return (
    <li>
      <p class="meta">
        <State look={messageLook(state)} />
        <span class="soft">
          {from === 'user' ? 'from a person' : `from ${store.sessions.get(from)?.name ?? shortId(from)}`}
        </span>
        <span class="soft">
          {mode === 'steer' ? 'into the turn' : mode === 'interrupt' ? 'interruption' : 'after the turn'}
        </span>
        <Age at={createdAt} />
      </p>
      {text !== undefined && <Text text={text} />}
      {reason !== undefined && <p class="bad">{reason}</p>}
    </li>
  )
}

/** The text stays until the server has it. */
const TellForm = ({ sessionId }: { sessionId: string }) => {
  const text = useSignal('')
  const isNow = useSignal(true)
  const isSending = useSignal(false)
  const key = useSignal(newKey())
  const send = async () => {
    if (text.value.trim() === '' || isSending.value) return
    isSending.value = true
    const done = await actions.tell(sessionId, text.value, isNow.value ? 'steer' : 'queue', key.value)
    isSending.value = false
    if (!done) return
    text.value = ''
    key.value = newKey()
  }
  return (
    <form
      class="tell"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <textarea
        rows={3}
        dir="auto"
        data-tell
        aria-label="Tell it something"
        placeholder="Tell it something"
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send()
        }}
      />
      <CheckField isChecked={isNow.value} onChange={(isChecked) => (isNow.value = isChecked)}>
        into the turn that runs, where the agent can
      </CheckField>
      <button type="submit" class="main" disabled={isSending.value || text.value.trim() === ''}>
        {isSending.value ? 'Sending…' : 'Send'}
      </button>
    </form>
  )
}
