import type { Task } from '../../../functions/client/client'
import { defineCommand } from '../command'
import { dim, sentence } from '../format'

type Tree = Task & { children: Tree[] }

export const command = defineCommand({
  about: 'Show a task and all of its descendants as a tree',
  example: 'maestro task tree task_1 --json',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task at the top', required: true } },
  async run({ client, args }) {
    const top = await client.tasks.get(args.id)
    const tasks = await client.tasks.list({ projectId: top.projectId })
    const tree = buildTree(top, tasks)
    return { json: tree, text: treeLines(tree).join('\n') }
  },
})

const buildTree = (task: Task, tasks: readonly Task[]): Tree => ({
  ...task,
  children: tasks.filter(({ parentId }) => parentId === task.id).map((child) => buildTree(child, tasks)),
})

const treeLines = (tree: Tree): string[] => {
  const { id, title, status, sessionStatus, children } = tree
  const head = `${sentence(title)}  ${dim(`${id}  ${[status, sessionStatus].filter(Boolean).join(', ')}`)}`
  return [
    head,
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1
      return treeLines(child).map(
        (line, at) => (at === 0 ? (isLast ? '└─ ' : '├─ ') : isLast ? '   ' : '│  ') + line,
      )
    }),
  ]
}
