import { resolve } from 'node:path'
import { UpdateProjectRequest } from '../../../schemas/project'
import { defineCommand } from '../command'
import { changeOf, fieldsFrom, flagsOf } from '../fields'
import { projectLine } from './format'

const fields = ['name', 'workingDir', 'description']

export const command = defineCommand({
  about: 'Change a project; fields that are not given stay as they are',
  example: 'maestro project update proj_1 --working-dir ~/src/app',
  ids: { id: 'project' },
  args: {
    id: { type: 'positional', description: 'The project', required: true },
    ...flagsOf(UpdateProjectRequest.shape, fields),
  },
  async run({ client, args, values, cwd }) {
    const given = fieldsFrom(values, UpdateProjectRequest.shape, fields)
    const [workingDir] = values('working-dir')
    const change = workingDir === undefined ? given : { ...given, workingDir: resolve(cwd, workingDir) }
    const project = await client.projects.update(String(args.id), changeOf(UpdateProjectRequest, change))
    return { json: project, text: projectLine('Changed', project) }
  },
})
