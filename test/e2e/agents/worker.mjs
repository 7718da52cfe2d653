#!/usr/bin/env node
// A scripted agent that asks the server itself, for what is not about commands: each would be a process.
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { begin, work } from './work.mjs'

const { MAESTRO_SESSION_ID: session, MAESTRO_SERVER_URL: url, MAESTRO_API_TOKEN: token } = process.env
const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }

const askOnce = (method, path, body) =>
  new Promise((resolve, reject) => {
    const asked = request(url + path, { agent: false, method, headers }, async (answer) => {
      let text = ''
      for await (const part of answer) text += part
      if (answer.statusCode < 300) resolve(JSON.parse(text))
      else reject(new Error(`${method} ${path}: ${text}`))
    })
    asked.on('error', reject)
    asked.end(body && JSON.stringify(body))
  })

/** A server may be killed between what it has done and its answer: whoever is cut off asks again. */
const ask = async (...asked) => {
  for (let i = 0; ; i++) {
    try {
      return await askOnce(...asked)
    } catch (error) {
      if (error.code === undefined || i === 100) throw error
      await sleep(100)
    }
  }
}

const own = await ask('GET', `/api/sessions/${session}`)
begin(session, own)
for (const taskId of own.taskIds) {
  const task = await ask('GET', `/api/tasks/${taskId}`)
  await work(task, () =>
    ask('POST', `/api/sessions/${session}/timeline`, { type: 'progress', message: 'Waiting', taskId }),
  )
}
const outcomes = own.taskIds.map((taskId) => ({ taskId, outcome: 'completed', message: 'All done' }))
await ask('POST', `/api/sessions/${session}/end`, { cause: 'reported', outcomes })
process.stdout.write('through\n')
