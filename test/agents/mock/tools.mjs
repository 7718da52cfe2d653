/** How each agent's tools are called: by what they have, since names differ between agents and versions. */

/** The text of whatever a content field holds. */
export const textOf = (content) => {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return JSON.stringify(content)
  return content
    .map((part) => part?.text ?? (part?.content === undefined ? (part?.output ?? '') : textOf(part.content)))
    .join('\n')
}

let counter = 0
/** An id that no other answer has, not even one of an earlier process. */
export const nextId = (prefix) => `${prefix}_${Date.now().toString(36)}${(counter++).toString(36)}`

const shellNames = [
  'Bash',
  'bash',
  'exec_command',
  'shell_command',
  'run_shell_command',
  'shell',
  'local_shell',
]
const writeNames = ['Write', 'write', 'write_file']

const propertiesOf = (tool) => Object.keys(tool?.parameters?.properties ?? {})

/** The first of these names that a tool has an input of. */
const inputName = (tool, names) => names.find((name) => propertiesOf(tool).includes(name)) ?? names[0]

const patchOf = ({ path, text }) =>
  [
    '*** Begin Patch',
    `*** Add File: ${path}`,
    ...text.split('\n').map((line) => `+${line}`),
    '*** End Patch',
  ].join('\n')

/**
 * The call that a step asks for, among `tools` (`{name, parameters, isFreeform, isDeferred}`): `{name, input}`, where input is a text
 * for a tool that takes one; undefined where the step is only words.
 */
export const callFor = (step, tools) => {
  const find = (names) => tools.find(({ name }) => names.includes(name))
  if (step.tool !== undefined) return { name: step.tool, input: step.input ?? {} }
  if (step.mcp !== undefined) return mcpCall(step, tools)
  if (step.run !== undefined) return shellCall(step.run, tools)
  if (step.write === undefined) return undefined
  const write = find(writeNames)
  if (write)
    return {
      name: write.name,
      input: {
        [inputName(write, ['file_path', 'filePath', 'path'])]: step.write.path,
        content: step.write.text,
      },
    }
  const patch = find(['apply_patch'])
  if (patch)
    return {
      name: patch.name,
      input: patch.isFreeform ? patchOf(step.write) : { input: patchOf(step.write) },
    }
  return shellCall(`apply_patch <<'EOF'\n${patchOf(step.write)}\nEOF`, tools)
}

/** What claude gives its model to look for tools that it has only named. */
export const toolSearch = 'ToolSearch'

/** Each agent puts something of its own before the name of a tool that it has from elsewhere. */
const mcpCall = ({ mcp, input = {} }, tools) => {
  const tool = tools.find(({ name }) => name.endsWith(mcp))
  if (!tool) throw new Error(`None of these is ${mcp}: ${tools.map(({ name }) => name).join(', ')}`)
  if (tool.isDeferred) return { name: toolSearch, input: { query: `select:${tool.name}`, max_results: 1 } }
  return { name: tool.name, input, namespace: tool.namespace }
}

const shellCall = (command, tools) => {
  const shell = tools.find(({ name }) => shellNames.includes(name))
  if (shell) {
    const key = inputName(shell, ['command', 'cmd'])
    const isList = shell.parameters?.properties?.[key]?.type === 'array'
    // What codex runs otherwise can neither write nor reach the network: its models are told to ask for more.
    const words = {
      description: 'As the script says',
      sandbox_permissions: 'require_escalated',
      justification: 'As the script says',
    }
    const said = Object.fromEntries(
      Object.entries(words).filter(([name]) => propertiesOf(shell).includes(name)),
    )
    return { name: shell.name, input: { [key]: isList ? ['bash', '-c', command] : command, ...said } }
  }
  const code = tools.find(({ name, isFreeform }) => isFreeform && name === 'exec')
  if (code)
    return { name: 'exec', input: `text(await tools.exec_command({ cmd: ${JSON.stringify(command)} }))` }
  throw new Error(`None of these tools runs a command: ${tools.map(({ name }) => name).join(', ')}`)
}

/** When a limit ends, in seconds since 1970. */
export const resetAt = (seconds) => Math.floor(Date.now() / 1000) + seconds

/** What a model of OpenAI's answers to a wrong key, with this status. */
export const wrongKey = (status) => ({
  status,
  body: {
    error: {
      type: 'invalid_request_error',
      code: 'invalid_api_key',
      message: 'Incorrect API key provided',
    },
  },
})
