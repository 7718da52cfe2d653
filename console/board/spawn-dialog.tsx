import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SpawnSessionRequest } from '../../functions/client/client'
import { actions, asking, chosen, go, live, notify, store } from '../app'
import { CheckField } from '../parts/check-field'
import { Command } from '../parts/copy'
import { ChoiceField, TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { isPermissionMode, permissionModes, permissionWords } from '../state/choices'
import { shortId } from '../state/time'

const strategies = {
  simple: 'simple: works on them as it likes',
  queue: 'queue: one after the other, in this order',
  tree: 'tree: takes what is ready, of these and what is below them',
} as const

const roles = {
  worker: 'worker: does the work',
  orchestrator: 'orchestrator: hands it out to others',
} as const

const isStrategy = (text: string): text is keyof typeof strategies => text in strategies
const isRole = (text: string): text is keyof typeof roles => text in roles

interface SpawnDialogProps {
  projectId: string
  taskIds: readonly string[]
}

/** Starts an agent on tasks: which one, what it may do, and what it is told. */
export const SpawnDialog = ({ projectId, taskIds }: SpawnDialogProps) => {
  const agent = useSignal('')
  const model = useSignal('')
  const permission = useSignal('')
  const strategy = useSignal<keyof typeof strategies>('simple')
  const role = useSignal<keyof typeof roles>('worker')
  const templateId = useSignal('')
  const skills = useSignal<ReadonlySet<string>>(new Set())
  const minutes = useSignal('')
  const costUsd = useSignal('')
  const hasWorktree = useSignal(false)
  useEffect(() => live.again('choices'), [])
  const choices = live.choices.value
  const close = () => (asking.value = undefined)

  const request = (): SpawnSessionRequest => {
    const budget = {
      ...(Number(minutes.value) > 0 && { minutes: Number(minutes.value) }),
      ...(Number(costUsd.value) > 0 && { costUsd: Number(costUsd.value) }),
    }
    return {
      projectId,
      taskIds: [...taskIds],
      spawnSource: 'ui',
      strategy: strategy.value,
      role: role.value,
      ...(agent.value.trim() !== '' && { agent: agent.value.trim() }),
      ...(model.value.trim() !== '' && { model: model.value.trim() }),
      ...(isPermissionMode(permission.value) && { permissionMode: permission.value }),
      ...(templateId.value !== '' && { templateId: templateId.value }),
      ...(skills.value.size > 0 && { skills: [...skills.value] }),
      ...(hasWorktree.value && { worktree: true as const }),
      ...(Object.keys(budget).length > 0 && { budget }),
    }
  }

  const spawn = async () => {
    const { sessionId, warnings = [] } = await actions.spawn(request())
    for (const text of warnings) notify({ text, isBad: false })
    chosen.value = new Set()
    close()
    go({ view: 'agents', id: sessionId })
  }

  return (
    <FormDialog
      title="Spawn an agent"
      submit="Spawn"
      submitting="Spawning…"
      refused="Not spawned"
      isReady={taskIds.length > 0}
      onClose={close}
      onSubmit={spawn}
    >
      <p>On {taskIds.length === 1 ? 'this task' : `these ${taskIds.length} tasks`}:</p>
      <ul class="plain">
        {taskIds.slice(0, 8).map((id) => (
          <li key={id} dir="auto">
            {store.tasks.get(id)?.title ?? shortId(id)}
          </li>
        ))}
        {taskIds.length > 8 && <li class="soft">and {taskIds.length - 8} more</li>}
      </ul>
      {live.stateOf('choices') === 'loaded' && !choices.hasRunner && (
        <div class="hint">
          <p>No runner is there: it waits until one starts it, on the machine where the code is.</p>
          <Command text="maestro run" />
        </div>
      )}
      <div class="pair">
        {choices.agents.length > 0 ? (
          <ChoiceField
            label="Agent"
            value={agent.value}
            choices={[
              { value: '', label: 'as the runner says' },
              ...choices.agents.map((name) => ({ value: name, label: name })),
            ]}
            onChange={(name) => (agent.value = name)}
          />
        ) : (
          <TextField
            label="Agent"
            placeholder="as the runner says"
            maxLength={100}
            value={agent.value}
            onInput={(name) => (agent.value = name)}
          />
        )}
        <TextField
          label="Model"
          placeholder="as the agent is set"
          maxLength={100}
          value={model.value}
          onInput={(name) => (model.value = name)}
        />
      </div>
      <ChoiceField
        label="May do unasked"
        value={permission.value}
        choices={[
          { value: '', label: 'as the runner says, else edits in its folder' },
          ...permissionModes.map((mode) => ({ value: mode, label: `${mode}: ${permissionWords[mode]}` })),
        ]}
        onChange={(mode) => (permission.value = mode)}
      />
      <CheckField
        class="field"
        isChecked={hasWorktree.value}
        onChange={(isChecked) => (hasWorktree.value = isChecked)}
      >
        In a git worktree of its own, on a branch of its own
      </CheckField>
      <div class="pair">
        <ChoiceField
          label="Strategy"
          value={strategy.value}
          choices={Object.entries(strategies).map(([value, label]) => ({ value, label }))}
          onChange={(value) => {
            if (isStrategy(value)) strategy.value = value
          }}
        />
        <ChoiceField
          label="Role"
          value={role.value}
          choices={Object.entries(roles).map(([value, label]) => ({ value, label }))}
          onChange={(value) => {
            if (isRole(value)) role.value = value
          }}
        />
      </div>
      <ChoiceField
        label="Template"
        value={templateId.value}
        choices={[
          { value: '', label: `what the ${role.value} uses` },
          ...choices.templates
            .filter((template) => template.role === role.value)
            .map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(id) => (templateId.value = id)}
      />
      {choices.skills.length > 0 && (
        <fieldset class="field waits-for">
          <legend>Skills</legend>
          <div class="options">
            {choices.skills.map(({ id, name, description }) => (
              <CheckField
                key={id}
                title={description}
                isChecked={skills.value.has(id)}
                onChange={(isChecked) => {
                  const next = new Set(skills.value)
                  if (isChecked) next.add(id)
                  else next.delete(id)
                  skills.value = next
                }}
              >
                {name}
              </CheckField>
            ))}
          </div>
        </fieldset>
      )}
      <div class="pair">
        <TextField
          label="At most, in minutes"
          type="number"
          value={minutes.value}
          onInput={(text) => (minutes.value = text)}
        />
        <TextField
          label="At most, in dollars"
          type="number"
          value={costUsd.value}
          onInput={(text) => (costUsd.value = text)}
        />
      </div>
    </FormDialog>
  )
}
