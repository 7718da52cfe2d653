import { CreateTaskRequest } from '../../../schemas/task'
import { defineCommand } from '../command'
import { fieldsFrom, flagsOf, repeatableOf, requestOf } from '../fields'
import { resolveProject, unresolvedProject } from '../project/resolve'
import { taskFields } from './fields'
import { taskLine } from './format'

const fields = ['projectId', ...taskFields]

export const command = defineCommand({
  about: "Create a task in the parent's project, this session's, or this directory's",
  example: "maestro task create --title 'Add the login page' --acceptance-criteria 'npm test passes'",
  args: flagsOf(CreateTaskRequest.shape, fields),
  repeatable: repeatableOf(fields),
  async run(context) {
    const { client, values } = context
    const given = fieldsFrom(values, CreateTaskRequest.shape, fields)
    const body = requestOf(CreateTaskRequest, { ...given, projectId: given.projectId ?? unresolvedProject })
    const [named, parentId] = [values('project-id')[0], body.parentId]
    const projectId =
      named === undefined && parentId !== undefined
        ? (await client.tasks.get(parentId)).projectId
        : await resolveProject(context, named)
    const task = await client.tasks.create({ ...body, projectId })
    return { json: task, text: taskLine('Created', task) }
  },
})
