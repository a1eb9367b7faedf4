// The servers of a run, all on free ports of this machine: an API, larder before it, and pages that use it.

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

function listen (handler) {
  const server = http.createServer(handler)
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/// A server that answers every path with an empty page; `host` is the one of its origin.
export async function startPages (host) {
  const server = await listen((request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>page</title>')
  })
  return { origin: `http://${host}:${server.address().port}`, stop: () => stopServer(server) }
}

/// An API that numbers its answers and allows by itself whoever asks, as frameworks do. `requests` is what it has seen.
export async function startApi () {
  const requests = []
  const server = await listen((request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers })
    const nth = requests.filter(one => one.method === request.method && one.url === request.url).length
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('Vary', 'Origin')
    if (request.headers.origin) response.setHeader('Access-Control-Allow-Origin', request.headers.origin)
    if (request.url.endsWith('/login')) response.setHeader('Set-Cookie', 'sid=1; Path=/')
    response.statusCode = request.method === 'POST' ? 201 : 200
    request.resume().on('end', () => response.end(JSON.stringify({ answer: nth })))
  })
  return { port: server.address().port, requests, stop: () => stopServer(server) }
}

function stopServer (server) {
  server.closeAllConnections()
  server.close()
}

/// Starts larder with this configuration; `listen` is added to it. `log` is what it has printed so far.
export async function startLarder (binary, yaml) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'larder-browser-'))
  const port = await freePort()
  const config = path.join(directory, 'larder.yaml')
  fs.writeFileSync(config, `listen: 127.0.0.1:${port}\n${yaml}`)
  const child = spawn(binary, ['--config', config], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', data => { printed += data })
  child.on('error', error => { throw error })
  // However this run ends.
  process.on('exit', () => child.kill('SIGKILL'))
  const ended = new Promise(resolve => child.on('exit', resolve))
  await reachable(port, child)
  const stop = async () => {
    child.kill('SIGTERM')
    const status = await ended
    fs.rmSync(directory, { recursive: true })
    return status
  }
  return { url: `http://127.0.0.1:${port}`, log: () => printed, stop }
}

/// A port that nothing listens on for now.
export function freePort () {
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
