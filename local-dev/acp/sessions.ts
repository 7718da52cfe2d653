/** What an agent says of its sessions, and what can be chosen for them. */
import { errorCodes } from './error-codes'
import { AcpError, ModelUnknown } from './errors'
import {
  type ConfigOption,
  ConfigOptionsResponse,
  type SessionState,
  type SessionUpdate,
  SetModelResponse,
} from './protocol'

type Request = (method: string, params: object) => Promise<unknown>

/** Sessions by id, as the agent has last said that they are. */
export const createSessions = (request: Request) => {
  const states = new Map<string, SessionState>()
  const stateOf = (sessionId: string): SessionState => states.get(sessionId) ?? {}

  const merge = (sessionId: string, { modes, models, configOptions }: SessionState) => {
    states.set(sessionId, {
      ...stateOf(sessionId),
      ...(modes && { modes }),
      ...(models && { models }),
      ...(configOptions && { configOptions }),
    })
  }

  const setOption = async (sessionId: string, option: ConfigOption, value: string) => {
    const result = await request('session/set_config_option', { sessionId, configId: option.id, value })
    const read = ConfigOptionsResponse.safeParse(result)
    if (read.success) merge(sessionId, read.data)
    return stateOf(sessionId).configOptions?.find(({ id }) => id === option.id)?.currentValue
  }

  /** Some say afterwards what is in use; where one does not, nothing asks it, and having been answered has to do. */
  const setFormerly = async (sessionId: string, modelId: string) => {
    const read = SetModelResponse.safeParse(await request('session/set_model', { sessionId, modelId }))
    const { models } = stateOf(sessionId)
    const currentModelId = (read.success && read.data.models?.currentModelId) || modelId
    if (models) merge(sessionId, { models: { ...models, currentModelId } })
    return currentModelId
  }

  return {
    /** Takes in what it says of a session, and gives all that it has said of it. */
    begin(sessionId: string, said: SessionState) {
      merge(sessionId, said)
      return { sessionId, ...stateOf(sessionId) }
    },

    update(sessionId: string, update: SessionUpdate): void {
      const { modes } = stateOf(sessionId)
      if (update.sessionUpdate === 'config_option_update')
        merge(sessionId, { configOptions: update.configOptions })
      if (update.sessionUpdate === 'current_mode_update' && modes)
        merge(sessionId, { modes: { ...modes, currentModeId: update.currentModeId } })
    },

    async setMode(sessionId: string, modeId: string): Promise<void> {
      const { modes, configOptions } = stateOf(sessionId)
      const option = modes ? undefined : configOptions?.find(({ category }) => category === 'mode')
      if (option) await setOption(sessionId, option, modeId)
      else await request('session/set_mode', { sessionId, modeId })
    },

    async setModel(sessionId: string, wanted: string): Promise<{ model: string }> {
      const { models, configOptions } = stateOf(sessionId)
      const option = configOptions?.find(({ category }) => category === 'model')
      const choices =
        option?.options ??
        models?.availableModels.map(({ modelId, name }) => ({ value: modelId, name })) ??
        []
      const available = choices.map(({ value }) => value)
      const model = findModel(choices, wanted)
      if (model === undefined) throw new ModelUnknown(unknownModel(wanted, available), available)
      const set = option ? setOption(sessionId, option, model) : setFormerly(sessionId, model)
      const current = await set.catch((error: unknown) => {
        if (!(error instanceof AcpError) || error.code !== errorCodes.invalidParams) throw error
        throw new ModelUnknown(`The agent refused the model ${model}: ${error.message}`, available)
      })
      if (current === model) return { model }
      throw new ModelUnknown(
        `The agent was told to use the model ${model}, and says that it uses ${current ?? 'none'}`,
        available,
      )
    },
  }
}

interface ModelChoice {
  value: string
  name?: string | undefined
}

/** By id; else by what is the only one: id or name in other letters, or the id without its provider. */
const findModel = (choices: readonly ModelChoice[], wanted: string): string | undefined => {
  const word = wanted.trim().toLowerCase()
  const isSame = ({ value, name }: ModelChoice) =>
    value.toLowerCase() === word || name?.toLowerCase() === word
  const isWithoutProvider = ({ value }: ModelChoice) => value.toLowerCase().endsWith(`/${word}`)
  const onlyOne = (test: (choice: ModelChoice) => boolean) => {
    const found = choices.filter(test)
    return found.length === 1 ? found[0] : undefined
  }
  return (choices.find(({ value }) => value === wanted) ?? onlyOne(isSame) ?? onlyOne(isWithoutProvider))
    ?.value
}

const unknownModel = (wanted: string, available: readonly string[]) =>
  available.length === 0
    ? `The agent offers no choice of models, so ${wanted} cannot be set`
    : `The agent has no model ${wanted}; it has ${available.join(', ')}`
