import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { InboxRequest } from '../../functions/client/client'
import { actions, notify, store } from '../app'
import { Age } from '../parts/age'
import { Key } from '../parts/key'
import { isPrefixed } from '../parts/prefix'
import { hasRested, watchRest } from '../parts/rest'
import { Block, Text } from '../parts/text'
import { useTask } from '../parts/use-task'
import { agentName } from '../state/agents'
import { answerKeys, contextOf } from '../state/inbox'
import { routeText } from '../state/route'

interface RequestCardProps {
  request: InboxRequest
  tabIndex: 0 | -1
}

/** An open request with what one needs to know to answer it, and its answers. */
export const RequestCard = ({ request, tabIndex }: RequestCardProps) => {
  const card = useRef<HTMLElement>(null)
  const focusedAt = useRef<number | undefined>(undefined)
  const words = useSignal<string | undefined>(undefined)
  const { id, options } = request
  useLayoutEffect(() => (card.current ? watchRest(card.current) : undefined), [id])

  /** Words are no accident: they were written for this request. An option may be. */
  const choose = (optionId: string, isKey: boolean) => {
    if (!card.current || !hasRested(card.current, isKey ? focusedAt.current : undefined))
      return notify({
        text: 'The card moved or appeared a moment ago: look, then answer again',
        isBad: false,
      })
    void actions.answer(id, { optionId })
  }
  const keys = answerKeys(options)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isPrefixed()) return
    if (event.key === 't') {
      event.preventDefault()
      event.stopPropagation()
      words.value ??= ''
      return
    }
    const option = options[keys.indexOf(event.key)]
    if (!option || event.repeat) return
    event.preventDefault()
    event.stopPropagation()
    choose(option.id, true)
  }

  return (
    <article
      ref={card}
      class="card request"
      data-row={id}
      data-request={id}
      tabIndex={tabIndex}
      aria-label={`${request.kind}: ${request.title}`}
      onKeyDown={onKeyDown}
      onFocus={({ target, currentTarget }) => {
        if (target === currentTarget) focusedAt.current = performance.now()
      }}
    >
      <Head request={request} />
      <h3 dir="auto">{request.title}</h3>
      {request.detail !== undefined && <Block text={request.detail} label="What it asks for" />}
      <Context request={request} />
      <div class="answers">
        {options.map((option, index) => (
          <button
            key={option.id}
            type="button"
            class={
              option.effect.startsWith('reject') ? 'deny' : option.effect.startsWith('allow') ? 'allow' : ''
            }
            disabled={actions.answers.value.get(id)?.kind === 'sending'}
            onClick={() => choose(option.id, false)}
          >
            {keys[index] !== undefined && <Key name={keys[index] ?? ''} />}
            <span dir="auto">{option.label}</span>
          </button>
        ))}
        {words.value === undefined && (
          <button type="button" class="quiet" onClick={() => (words.value = '')}>
            <Key name="t" /> Answer in words…
          </button>
        )}
      </div>
      {words.value !== undefined && (
        <WordsForm
          request={request}
          text={words.value}
          onInput={(text) => (words.value = text)}
          onSend={() => void actions.answer(id, { text: words.value ?? '' })}
          onCancel={() => {
            words.value = undefined
            card.current?.focus()
          }}
        />
      )}
      <Outcome id={id} />
    </article>
  )
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('textarea, input, select') !== null

const Head = ({ request: { kind, sessionId, taskId, projectId, createdAt } }: { request: InboxRequest }) => {
  const session = store.sessions.get(sessionId)
  const task = useTask(taskId)
  return (
    <p class="meta">
      <span class="state wait">
        <span aria-hidden="true">◐</span> {kind}
      </span>
      <a href={routeText({ view: 'agents', id: sessionId })} dir="auto">
        {session ? `${agentName(session)} · ${session.name}` : sessionId}
      </a>
      {taskId !== undefined && (
        <a href={routeText({ view: 'board', projectId, id: taskId })} dir="auto">
          {task?.title ?? taskId}
        </a>
      )}
      <span class="soft" dir="auto">
        {store.projects.get(projectId)?.name ?? ''}
      </span>
      <Age at={createdAt} />
    </p>
  )
}

/** What it was doing, and its last words. */
const Context = ({ request: { sessionId, createdAt } }: { request: InboxRequest }) => {
  const entries = contextOf(store.sessions.get(sessionId), createdAt)
  if (entries.length === 0) return null
  return (
    <ul class="context soft" aria-label="What it did before">
      {entries.map(({ id, message = '' }) => (
        <li key={id}>
          <Text text={message.length > 300 ? `${message.slice(0, 300)}…` : message} />
        </li>
      ))}
    </ul>
  )
}

interface WordsFormProps {
  request: InboxRequest
  text: string
  onInput(text: string): void
  onSend(): void
  onCancel(): void
}

const WordsForm = ({ request, text, onInput, onSend, onCancel }: WordsFormProps) => {
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => field.current?.focus(), [])
  const isRefusal =
    request.kind === 'approval' && request.options.some(({ effect }) => effect === 'reject_once')
  return (
    <form
      class="words"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') onSend()
      }}
    >
      <textarea
        ref={field}
        rows={2}
        dir="auto"
        aria-label="Your answer in words"
        value={text}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel()
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit()
          event.stopPropagation()
        }}
      />
      <button type="submit" disabled={text.trim() === ''}>
        {isRefusal ? 'Deny, and say this' : 'Send'}
      </button>
      <button type="button" class="quiet" onClick={onCancel}>
        Cancel
      </button>
    </form>
  )
}

/** What became of the answer that was given here. */
const Outcome = ({ id }: { id: string }) => {
  const state = actions.answers.value.get(id)
  if (!state) return null
  const text =
    state.kind === 'sending'
      ? 'Sending…'
      : state.kind === 'failed'
        ? `Not answered: ${state.reason}`
        : state.kind === 'withdrawn'
          ? 'It was withdrawn before your answer came'
          : `${state.answer?.by ?? 'Somebody'} had answered before you`
  return (
    <p role="status" class={state.kind === 'failed' ? 'bad' : 'soft'}>
      {text}
    </p>
  )
}
