// The HTTP side of the contract tests: a small fetch, and the three entities that most tests begin with.
// The shapes are written here once more, on purpose: a test that borrowed the server's could not fail it.

import { expect } from 'vitest'
import { checkAnswer } from './conformance'

export interface Project {
  id: string
  name: string
  workingDir: string
  description?: string
  createdAt: number
  updatedAt: number
}

export interface Task {
  id: string
  projectId: string
  parentId: string | null
  title: string
  description: string
  status: string
  sessionStatus?: string
  priority: string
  createdAt: number
  updatedAt: number
  startedAt: number | null
  completedAt: number | null
  initialPrompt: string
  sessionIds: string[]
  skillIds: string[]
  agentIds: string[]
  dependencies: string[]
  model?: string
  dueDate?: string
  acceptanceCriteria?: string[]
}

interface TimelineEntry {
  id: string
  type: string
  timestamp: number
  message?: string
  taskId?: string
  metadata?: Record<string, unknown>
}

export interface Session {
  id: string
  projectId: string
  taskIds: string[]
  name: string
  agentId?: string
  env: Record<string, string>
  strategy: string
  status: string
  startedAt: number
  lastActivity: number
  completedAt: number | null
  hostname: string
  platform: string
  events: { id: string; timestamp: number; type: string; data?: unknown }[]
  timeline: TimelineEntry[]
  metadata: Record<string, unknown> | null
  endReason?: string
}

/** The body of every error. */
export interface Problem {
  error: true
  code: string
  message: string
  details?: { issues?: { path: string; message: string }[]; taskId?: string }
}

export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

export type Api = ReturnType<typeof client>

/**
 * Requests to the server at `url`. A body that is a string or bytes is sent as it is, any other as JSON.
 * An answer that has a body and is not JSON makes the test fail, whatever its status.
 */
export const client = (url: string) => {
  const request = async <Body = Problem>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> => {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    })
    const answer: Answer<Body> = {
      status: response.status,
      headers: response.headers,
      body: parse(await response.text()),
    }
    await checkAnswer(url, { method, path, headers }, answer)
    return answer
  }

  const ok = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await request<Body>(method, path, body)
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  }

  return {
    url,
    request,
    /** The body of a request that must succeed. */
    ok,
    get: <Body>(path: string) => ok<Body>('GET', path),
    project: (fields: object = {}) => ok<Project>('POST', '/api/projects', { name: 'a project', ...fields }),
    task: (projectId: string, fields: object = {}) =>
      ok<Task>('POST', '/api/tasks', { projectId, title: 'a task', ...fields }),
    session: (projectId: string, taskIds: string[] = [], fields: object = {}) =>
      ok<Session>('POST', '/api/sessions', { projectId, taskIds, ...fields }),
  }
}

/** What a refused request must match: the status and the error's body, details aside unless given. */
export const refusal = (status: number, code: string, message?: string, details?: object) => {
  const text = message === undefined ? {} : { message }
  return { status, body: { error: true, code, ...text, ...(details === undefined ? {} : { details }) } }
}

/** What a request with one wrong field must match. */
export const wrongField = (path: string, message?: string) => {
  const text = message ?? expect.any(String)
  return {
    status: 400,
    body: {
      error: true,
      code: 'VALIDATION_ERROR',
      message: text,
      details: { issues: [{ path, message: text }] },
    },
  }
}

/** Waits until the clock shows another millisecond, so that a time set from now on differs from one set before. */
export const nextMillisecond = async (): Promise<void> => {
  const start = Date.now()
  while (Date.now() <= start) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** A body as the caller expects it; no body is undefined, and a test that looks into it fails. */
const parse = <Body>(text: string): Body => {
  const body = text === '' ? undefined : parseJson(text)
  if (isBody<Body>(body)) return body
  throw new Error(`the answer is not JSON: ${text.slice(0, 500)}`)
}

const noJson = Symbol('no JSON')

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return noJson
  }
}

const isBody = <Body>(body: unknown): body is Body => body !== noJson
