/** Does what the lifecycle decides. */
import type { Client } from '../../functions/client/client'
import type { createAgentProcess } from './agent-process'
import type { createHandOver } from './hand-over'
import type { Effect, Life, LifeEvent, Said } from './lifecycle/life'
import { hasEnded, lookAtTasks } from './look-at-tasks'
import { isMessage, type Messages } from './messages'
import type { createOpening } from './opening'
import type { createOwnQuestions } from './own-questions'
import { type OpenTask, saidText } from './prompts'
import { ownQuestion } from './questions'
import type { Reports } from './reports'
import type { createTranscript } from './transcript'

type Exit = Extract<Effect, { type: 'exit' }>

interface PerformOptions {
  client: Client
  sessionId: string
  agent: string
  signal: AbortSignal
  life(): Life
  dispatch(event: LifeEvent): void
  reports: Reports
  messages: Messages
  transcript: ReturnType<typeof createTranscript>
  agentProcess: ReturnType<typeof createAgentProcess>
  handOver: ReturnType<typeof createHandOver>
  opening: ReturnType<typeof createOpening>
  ownQuestions: ReturnType<typeof createOwnQuestions>
  lastTool(): string | undefined
  openTasks(): readonly OpenTask[]
  onOpenTasks(tasks: OpenTask[]): void
  /** Answers that were given to an earlier process, and not asked for again. */
  takeUnasked(): Said[]
  exit(exit: Exit): void
  onBroken(error: unknown): void
}

export const createPerform = (options: PerformOptions) => {
  const { client, sessionId, dispatch, reports, messages, transcript, opening, ownQuestions, handOver } =
    options

  const look = async (check: number) => {
    try {
      const { session, open, children } = await lookAtTasks(client, sessionId, options.signal)
      options.onOpenTasks(open)
      if (session.status === 'stopped') dispatch({ type: 'sessionEnded', isOwn: false })
      dispatch({ type: 'tasks', check, open: open.length, children })
    } catch (error) {
      if (hasEnded(error)) dispatch({ type: 'sessionEnded', isOwn: false })
      else if (!options.signal.aborted) throw error
    }
  }

  const ask = ({ why, until, problem }: Extract<Effect, { type: 'ask' }>) => {
    const life = options.life()
    const at = Date.now()
    const body = ownQuestion(
      why,
      {
        agent: options.agent,
        life,
        at,
        lastWords: transcript.lastWords(),
        openTasks: options.openTasks(),
        lastTool: life.turn.openTools.length > 0 ? options.lastTool() : undefined,
        silentMs: at - life.turn.heardAt,
      },
      { until, problem },
    )
    transcript.line(`? ${body.title}`)
    ownQuestions.ask(body)
  }

  const later = (work: Promise<void>) => void work.catch(options.onBroken)

  return (effect: Effect): unknown => {
    switch (effect.type) {
      case 'prompt':
        return later(handOver.prompt(effect))
      case 'steer':
        transcript.steered(saidText(effect.said))
        return later(handOver.steer(effect.said))
      case 'cancel':
        return handOver.cancel()
      case 'renew':
        return later(options.agentProcess.renew())
      case 'turnOver':
        for (const said of options.takeUnasked()) dispatch({ type: 'said', said })
        return undefined
      case 'lookAtTasks':
        return later(look(effect.check))
      case 'ask':
        return ask(effect)
      case 'withdraw':
        return ownQuestions.withdraw()
      case 'status':
        return reports.status(effect.status)
      case 'note':
        transcript.line(`! ${effect.message}`)
        return reports.note(effect.level, effect.message)
      case 'delivered':
        return effect.said.forEach(opening.settleDelivered)
      case 'refused':
        for (const said of effect.said.filter(isMessage)) messages.update(said.id, 'refused', effect.reason)
        return undefined
      case 'unknown':
        return effect.said.forEach(opening.settleUnknown)
      case 'doubtful':
        return opening.doubt(effect.said)
      case 'exit':
        return options.exit(effect)
    }
  }
}
