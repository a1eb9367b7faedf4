// The two servers of a run: the suite's origin and larder in front of it, both on free ports of 127.0.0.1.

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

import handleConfig from 'http-cache-tests/server/handle-config.mjs'
import handleState from 'http-cache-tests/server/handle-state.mjs'
import handleTest from 'http-cache-tests/server/handle-test.mjs'

const handlers = { config: handleConfig, state: handleState, test: handleTest }

/// The suite's server, as its server.mjs starts it, except for the port and the files for browsers.
export function startOrigin () {
  const server = http.createServer((request, response) => {
    const [, first, ...rest] = new URL(request.url, 'http://localhost/').pathname.split('/')
    if (first in handlers) return handlers[first](rest, request, response)
    response.statusCode = 404
    response.end()
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/// larder with a plain configuration in front of an upstream. By default it stores no Set-Cookie; the suite asks what
/// RFC 9111, section 7.3, says about it.
export async function startLarder (binary, upstreamPort) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'larder-conformance-'))
  const port = await freePort()
  const config = path.join(directory, 'larder.yaml')
  fs.writeFileSync(config, `listen: 127.0.0.1:${port}
upstreams:
  origin: {servers: ["http://127.0.0.1:${upstreamPort}"]}
routes:
  - match: /**
    heuristic: true
    set_cookie: allow
`)
  const child = spawn(binary, ['--config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise(resolve => child.on('exit', resolve))
  child.on('error', error => { throw error })
  await reachable(port, child)
  const stop = async () => {
    child.kill('SIGTERM')
    const status = await ended
    fs.rmSync(directory, { recursive: true })
    return status
  }
  return { port, stop }
}

function freePort () {
  return new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function reachable (port, child) {
  while (!await connects(port)) {
    if (child.exitCode !== null) throw new Error(`larder ended with ${child.exitCode} before it listened`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function connects (port) {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => { socket.destroy(); resolve(true) })
    socket.on('error', () => resolve(false))
  })
}
