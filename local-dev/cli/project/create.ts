import { resolve } from 'node:path'
import { CreateProjectRequest } from '../../../schemas/project'
import { defineCommand } from '../command'
import { fieldsFrom, flagsOf, requestOf } from '../fields'
import { sentence } from '../format'
import { projectLine } from './format'
import { projectsAround } from './here'

const fields = ['name', 'workingDir', 'description']

export const command = defineCommand({
  about: 'Create a project; its directory is this one, unless --working-dir names another',
  example: "maestro project create --name app --description 'The web shop'",
  args: flagsOf(CreateProjectRequest.shape, fields),
  async run({ client, values, cwd }) {
    const given = fieldsFrom(values, CreateProjectRequest.shape, fields)
    const workingDir = resolve(cwd, values('working-dir')[0] ?? '.')
    const project = await client.projects.create(requestOf(CreateProjectRequest, { ...given, workingDir }))
    const others = (await projectsAround(await client.projects.list(), workingDir)).filter(
      ({ id }) => id !== project.id,
    )
    const lines = [
      projectLine('Created', project),
      ...others.map(({ id, name }) =>
        sentence(`Warning: ${id} (${name}) has this directory, too: name one with --project-id from now on`),
      ),
    ]
    return { json: project, text: lines.join('\n') }
  },
})
