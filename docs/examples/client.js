// Submit a case, follow its run, read its answer:  node client.js HOST:PORT request.json
// request.json is a SubmitCaseRequest as protobuf JSON: {"case": {...}, "limits": {...}, "request_id": "..."}.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [target, file] = process.argv.slice(2);
const protos = path.join(__dirname, '..', '..', 'protos');
const definition = loader.loadSync('dispatch/v1/service.proto', {
  includeDirs: [protos], keepCase: true, enums: String, longs: Number, oneofs: true,
});
const { DispatchService } = grpc.loadPackageDefinition(definition).dispatch.v1;
const client = new DispatchService(target, grpc.credentials.createInsecure());

// Times are RFC 3339 in JSON, and seconds in a message.
const withTimes = (value) => {
  if (Array.isArray(value)) return value.map(withTimes);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
    [key, key === 'start' || key === 'end' ? { seconds: Date.parse(inner) / 1000 } : withTimes(inner)]));
};

client.SubmitCase(withTimes(JSON.parse(fs.readFileSync(file, 'utf8'))), (refused, run) => {
  if (refused) { console.error(refused.code, refused.details); process.exit(1); }
  console.log('accepted as', run.run_id);
  const watch = client.WatchRun({ run_id: run.run_id });
  watch.on('data', (told) => {
    if (told.message === 'event' && told.event.progress) console.log(told.event.progress.stage);
    if (told.message === 'run') console.log('ended:', told.run.state, told.run.outcome_status, told.run.objective_cny);
  });
  watch.on('error', (broken) => { console.error(broken.code, broken.details); process.exit(1); });
  watch.on('end', () => client.close());
});
