// Made from the list of operations by `npm run generate`: not to be edited.

import { agentsOf } from './agents-operations'
import { eventsOf } from './events-operations'
import { inboxOf } from './inbox-operations'
import { messagesOf } from './messages-operations'
import { projectsOf } from './projects-operations'
import { queueOf } from './queue-operations'
import type { Requests } from './requests'
import { requestsOf } from './requests-operations'
import { runnersOf } from './runners-operations'
import { serverOf } from './server-operations'
import { sessionsOf } from './sessions-operations'
import { skillsOf } from './skills-operations'
import { tasksOf } from './tasks-operations'
import { templatesOf } from './templates-operations'

/** Every operation of the API, by group. */
export const operationsOf = (requests: Requests) => ({
  projects: projectsOf(requests),
  tasks: tasksOf(requests),
  sessions: sessionsOf(requests),
  skills: skillsOf(requests),
  queue: queueOf(requests),
  templates: templatesOf(requests),
  inbox: inboxOf(requests),
  requests: requestsOf(requests),
  messages: messagesOf(requests),
  events: eventsOf(requests),
  agents: agentsOf(requests),
  runners: runnersOf(requests),
  server: serverOf(requests),
})
