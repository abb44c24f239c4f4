import { type Manifest, manifestDigest } from '@itool/artifact';
import { ItoolError } from '@itool/record';
import { z } from 'zod';
import { type PipelineArtifacts, type StageArtifacts, stagesOfRole } from '../artifacts.ts';

const digestSchema = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** in-toto Statement v1 with SLSA provenance v1 (slsa.dev/spec/v1.0/provenance), written from the specifications. */
export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.strictObject({ name: z.string(), digest: digestSchema })).min(1),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: z.url(),
      externalParameters: z.record(z.string(), z.json()),
      internalParameters: z.record(z.string(), z.json()),
      resolvedDependencies: z.array(
        z.strictObject({ uri: z.string(), digest: z.record(z.string(), z.string()), name: z.string().optional() }),
      ),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: z.url(), version: z.record(z.string(), z.string()).optional() }),
      metadata: z.strictObject({ invocationId: z.string() }),
      byproducts: z.array(z.strictObject({ name: z.string(), digest: digestSchema })),
    }),
  }),
});
export type Statement = z.infer<typeof statementSchema>;

export const BUILD_TYPE = 'https://itool.dev/build/stage/v1';
export const BUILDER = 'https://itool.dev/builder/local/v1';

/**
 * How the outputs of a stage came about: its files as subjects; code, packages, parameters and manifests of every stage that it
 * descends from as dependencies. Holds no time and no host.
 *
 * @param ledgerHead hash of the last ledger entry, so that entries removed later are missed
 */
export function provenanceStatement(
  artifacts: PipelineArtifacts,
  name: string,
  { commit, ledgerHead, run }: { commit: string | null; ledgerHead: string; run: string },
): Statement {
  const stage = artifacts.stages.find((one) => one.name === name);
  if (stage === undefined) {
    throw new ItoolError({
      code: 'missing_file',
      message: `lineage: has no result to release: ${artifacts.pipeline}.${name} (valid: ${artifacts.stages.map((one) => one.name).join(', ')})`,
      hint: `Run it first: itool run ${artifacts.pipeline}`,
    });
  }
  const ancestors = ancestorsOf(artifacts, stage);
  const kinds = new Map([...ancestors, stage].map((one) => [one.kind, one.provenance]));
  const packages = new Map([...kinds.values()].flatMap(({ externals }) => Object.entries(externals)));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjectsOf(stage.manifest),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          pipeline: artifacts.pipeline,
          stage: name,
          parameters: Object.fromEntries([...ancestors, stage].map((one) => [one.name, one.provenance.params])),
        },
        internalParameters: { ledger_head: ledgerHead },
        resolvedDependencies: [
          ...(commit === null ? [] : [{ uri: 'git+itool', digest: { gitCommit: commit } }]),
          ...[...kinds].map(([kind, { code }]) => ({ uri: `itool:code/${kind}`, digest: { sha256: code } })),
          ...[...packages]
            .sort()
            .map(([pkg, version]) => ({ uri: `pkg:npm/${pkg.replace('@', '%40')}@${version}`, digest: {} })),
          ...ancestors.flatMap((one) => [
            { uri: `itool:manifest/${one.name}`, digest: { sha256: manifestDigest(one.manifest) } },
            ...(one.kind === 'import'
              ? Object.entries(one.manifest.outputs).map(([file, { sha256 }]) => ({
                  uri: `itool:file/${file}`,
                  digest: { sha256 },
                }))
              : []),
          ]),
        ],
      },
      runDetails: {
        builder: { id: BUILDER },
        metadata: { invocationId: run },
        byproducts: [{ name: `${name}/manifest.json`, digest: { sha256: manifestDigest(stage.manifest) } }],
      },
    },
  };
}

function subjectsOf(manifest: Manifest): Statement['subject'] {
  const names = Object.keys(manifest.outputs).sort();
  return names.map((output) => ({ name: output, digest: { sha256: manifest.outputs[output]!.sha256 } }));
}

/** Stages that a stage descends from, producers first. */
export function ancestorsOf({ stages }: PipelineArtifacts, stage: StageArtifacts): StageArtifacts[] {
  const wanted = new Set<string>();
  const visit = (one: StageArtifacts): void => {
    for (const role of Object.keys(one.provenance.inputs))
      for (const name of stagesOfRole(one, role)) {
        if (wanted.has(name)) continue;
        wanted.add(name);
        const producer = stages.find((other) => other.name === name);
        if (producer !== undefined) visit(producer);
      }
  };
  visit(stage);
  return stages.filter((one) => wanted.has(one.name));
}
