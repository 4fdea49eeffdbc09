import { expect, test } from 'vitest'
import { createRouter } from '../../src/config/create-router.js'

const route = createRouter({
  defaultQueue: 'rest',
  routes: [
    { pattern: 'reports.Daily', queue: 'exact' },
    { pattern: 'reports.*', queue: 'reports' },
    { pattern: '*Mail', queue: 'mail' },
    { pattern: 'a*b*c', queue: 'abc' },
  ],
})

test.each([
  ['reports.Daily', 'exact'],
  ['reports.Weekly', 'reports'],
  ['reportsXWeekly', 'rest'],
  ['SendMail', 'mail'],
  ['SendMails', 'rest'],
  ['aXbYc', 'abc'],
  ['constructor', 'rest'],
])('%s goes to %s, every time', (task, queue) => {
  expect([route(task), route(task)]).toEqual([queue, queue])
})
