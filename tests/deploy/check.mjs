// Checks deploy/kubernetes and docker-compose.yml: node check.mjs LARDER FOLDER. Each manifest has the type that Kubernetes' OpenAPI gives it, no key
// more; what names something else in it names something that is there; each larder.yaml passes `larder check`.
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { parse, parseAllDocuments } from 'yaml'

const [larder, folder] = process.argv.slice(2)
const here = dirname(fileURLToPath(import.meta.url))
const manifests = join(here, '../../deploy/kubernetes')
let failures = 0
let checks = 0

function expect (isRight, what) {
  ++checks
  if (isRight) return
  ++failures
  console.log(what)
}

function moduleOf (apiVersion) {
  if (!apiVersion.includes('/')) return `core/${apiVersion}`
  const [group, version] = apiVersion.split('/')
  return `${group.replace('.k8s.io', '')}/${version}`
}

/** What kubernetes-types has not, since it is no part of Kubernetes: as much of the Gateway API's v1 as is used. */
const gatewayTypes = `interface HTTPRoute {
  apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: string }
  spec: {
    parentRefs: { name: string, namespace?: string, sectionName?: string }[]
    hostnames?: string[]
    rules: {
      matches?: { path?: { type: 'Exact' | 'PathPrefix' | 'RegularExpression', value: string } }[]
      backendRefs: { name: string, port: number, weight?: number }[]
    }[]
  }
}\n`

/** What TypeScript says of an object as a literal of its kind's type: a key too many is an error, too. */
function complaints (objects, name) {
  const path = join(here, `${name}.generated.ts`)
  const typeOf = (object, i) => object.kind === 'HTTPRoute'
    ? `type Kind${i} = HTTPRoute\n`
    : `import { ${object.kind} as Kind${i} } from 'kubernetes-types/${moduleOf(object.apiVersion)}'\n`
  const source = gatewayTypes + objects.map((object, i) =>
    `${typeOf(object, i)}export const object${i}: Kind${i} = ${JSON.stringify(object, null, 1)}\n`).join('')
  const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], moduleResolution: ts.ModuleResolutionKind.Node10 }
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (file, ...rest) =>
    file === path ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true) : read(file, ...rest)
  const program = ts.createProgram([path], options, host)
  return ts.getPreEmitDiagnostics(program).map(one => {
    const line = one.file ? source.split('\n')[one.file.getLineAndCharacterOfPosition(one.start).line].trim() : ''
    return `${ts.flattenDiagnosticMessageText(one.messageText, ' ')} (at ${line})`
  })
}

const includes = (labels, wanted) => Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
const seconds = text => Number(/^(\d+)s$/.exec(text)[1])

/** Whether the ports, probes and times of a pod agree with the configuration that it runs by. */
function checkLarder (pod, container, configuration, place) {
  const ports = Object.fromEntries(container.ports.map(port => [port.name, port.containerPort]))
  expect(configuration.listen.endsWith(`:${ports.http}`), `${place}: port http is not what larder listens on`)
  for (const probe of [container.readinessProbe, container.livenessProbe]) {
    const port = (probe.httpGet ?? probe.tcpSocket)?.port
    expect(port === undefined || port in ports, `${place}: a probe of port ${port}, which there is not`)
    expect(probe.httpGet === undefined || configuration.admin.listen === `0.0.0.0:${ports.admin}`,
      `${place}: the probe asks where no admin API listens`)
  }
  const needed = container.lifecycle.preStop.sleep.seconds + seconds(configuration.shutdown_grace) + 2
  expect(pod.terminationGracePeriodSeconds > needed, `${place}: terminationGracePeriodSeconds is not above ${needed}`)
  expect(pod.securityContext.runAsNonRoot === true, `${place}: runs as root`)
  const memory = Number(/^(\d+)MiB$/.exec(configuration.store.memory)[1])
  const limit = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)[1])
  expect(memory * 2 <= limit, `${place}: ${limit} MiB are not twice store.memory`)
}

/** What one file says, applied after `before`. */
function checkFile (name, objects, before) {
  for (const complaint of complaints(objects, name)) expect(false, `${name}: ${complaint}`)
  expect(objects.length > 0, `${name}: is empty`)
  const all = [...objects, ...before]
  const of = kind => all.filter(object => object.kind === kind)
  const configurations = {}
  for (const map of of('ConfigMap').reverse()) {
    const path = join(folder, 'larder.yaml')
    writeFileSync(path, map.data['larder.yaml'])
    const run = spawnSync(larder, ['check', '--config', path], { encoding: 'utf8' })
    expect(run.status === 0 && run.stderr === '', `${name}: ConfigMap ${map.metadata.name}: ${run.stderr}`)
    configurations[map.metadata.name] = parse(map.data['larder.yaml'])
  }
  const pods = of('Deployment').map(object => object.spec.template)
  const selects = (labels, what) =>
    expect(pods.some(pod => includes(pod.metadata.labels, labels)), `${name}: ${what} selects nothing`)
  for (const { spec, metadata } of of('Deployment')) {
    expect(includes(spec.template.metadata.labels, spec.selector.matchLabels), `${name}: ${metadata.name} does not select its pods`)
    const pod = spec.template.spec
    for (const container of [...(pod.initContainers ?? []), ...pod.containers].filter(one => one.name === 'larder')) {
      const volume = pod.volumes.find(one => one.name === container.volumeMounts[0].name)
      const configuration = configurations[volume?.configMap.name]
      expect(configuration !== undefined, `${name}: ${metadata.name} mounts no ConfigMap`)
      if (configuration) checkLarder(pod, container, configuration, `${name}: ${metadata.name}`)
    }
  }
  for (const { spec, metadata } of of('Service')) {
    selects(spec.selector, `Service ${metadata.name}`)
    const names = pods.filter(pod => includes(pod.metadata.labels, spec.selector)).flatMap(({ spec: pod }) =>
      [...(pod.initContainers ?? []), ...pod.containers].flatMap(one => one.ports ?? []).map(port => port.name))
    for (const port of spec.ports) expect(names.includes(port.targetPort), `${name}: Service ${metadata.name}: no port ${port.targetPort}`)
  }
  for (const { spec } of of('PodDisruptionBudget')) selects(spec.selector.matchLabels, 'PodDisruptionBudget')
  for (const { spec } of of('NetworkPolicy')) selects(spec.podSelector.matchLabels, 'NetworkPolicy')
  for (const { spec } of of('HTTPRoute')) {
    for (const { name: backend, port } of spec.rules.flatMap(rule => rule.backendRefs)) {
      const service = of('Service').find(one => one.metadata.name === backend)
      expect(service?.spec.ports.some(one => one.port === port), `${name}: the HTTPRoute leads nowhere`)
    }
  }
  for (const { spec } of of('Ingress')) {
    for (const { backend } of spec.rules.flatMap(rule => rule.http.paths)) {
      const service = of('Service').find(one => one.metadata.name === backend.service.name)
      expect(service?.spec.ports.some(port => port.name === backend.service.port.name), `${name}: the Ingress leads nowhere`)
    }
  }
}

const files = Object.fromEntries(readdirSync(manifests).filter(name => name.endsWith('.yaml')).map(name =>
  [name, parseAllDocuments(readFileSync(join(manifests, name), 'utf8')).map(document => document.toJS())]))
for (const [name, objects] of Object.entries(files)) {
  checkFile(name, objects, ['gateway.yaml', 'instead-of-proxy-cache.yaml'].includes(name) ? files['larder.yaml'] : [])
}

// docker-compose.yml: two larders by one configuration, stages that the Dockerfile has, ports of their own.
const root = join(here, '../..')
const stages = [...readFileSync(join(root, 'deploy/Dockerfile'), 'utf8').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(match => match[1])
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true })
const larders = Object.values(services).filter(service => service.image === 'larder')
expect(larders.length === 2 && larders.every(service => service.volumes[0] === './config/compose.yaml:/etc/larder/larder.yaml:ro'),
  'docker-compose.yml: not two larders by config/compose.yaml')
const published = Object.values(services).flatMap(service => service.ports ?? []).map(port => /(\d+)\}?:\d+$/.exec(port)[1])
expect(new Set(published).size === published.length, `docker-compose.yml: ports twice: ${published}`)
for (const [name, { build, image, depends_on: needed = {} }] of Object.entries(services)) {
  expect(build === undefined || stages.includes(build.target), `docker-compose.yml: ${name}: no stage ${build?.target}`)
  expect(build !== undefined || /:\d/.test(image), `docker-compose.yml: ${name}: ${image} has no version`)
  for (const other of Object.keys(needed)) expect(other in services, `docker-compose.yml: ${name} needs ${other}`)
}

// The check itself sees what is wrong: a key too many, one of the wrong type, one that is missing.
const deployment = files['larder.yaml'].find(object => object.kind === 'Deployment')
for (const spoil of [spec => { spec.replica = 2 }, spec => { spec.replicas = 'two' }, spec => { delete spec.selector },
  spec => { spec.template.spec.containers[0].imag = 'x' }]) {
  const spoilt = structuredClone(deployment)
  spoil(spoilt.spec)
  expect(complaints([spoilt], 'spoilt').length > 0, `not noticed: ${spoil}`)
}

console.log(`${checks} checks, ${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
