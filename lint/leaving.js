import { memberOf, named, restrict } from './restrict.js';

/** What mediabunny reads with; all its other names can write a file. */
const READING = 'ALL_FORMATS|AudioSampleSink|BlobSource|Input|InputAudioTrack|AudioSample';
const RIFF = [0x52, 0x49, 0x46, 0x46];

/** How sound could leave the page around the mark, as far as only the text shows it. */
export const leaving = {
  'no-way-out': restrict('Only src/export/deliver.ts hands files out: it refuses what is not marked.', [
    ...named('createObjectURL|showSaveFilePicker|showDirectoryPicker|ClipboardItem|execCommand'),
    // An address that is the bytes.
    ':matches(Literal, SvelteLiteral)[value=/\\bdata:(audio|application)\\b/]',
    'TemplateElement[value.raw=/\\bdata:(audio|application)\\b/]',
    // A link that downloads.
    ':matches(SvelteAttribute, SvelteShorthandAttribute)[key.name="download"]',
    'AssignmentExpression[left.property.name="download"]',
    'ObjectExpression > Property[key.name="download"]',
    'CallExpression[callee.property.name=/^(setAttribute|toggleAttribute)$/][arguments.0.value="download"]',
    'MemberExpression[computed=true] > Literal[value=/^(download|share|write)$/]',
    // The device's own sheet, and the clipboard.
    ...memberOf('navigator', 'share|canShare'),
    ...memberOf('clipboard', 'write'),
    'VariableDeclarator[init.name="navigator"] Property[key.name=/^(share|canShare|clipboard)$/]',
    // What is dragged out.
    'CallExpression[callee.property.name="setData"]:not([arguments.0.value="text/plain"])',
    'CallExpression[callee.property.name="add"][callee.object.property.name="items"]',
    // The browser's own player offers a download in its menu.
    'SvelteElement[name.name=/^(audio|video)$/]',
    'CallExpression[callee.property.name="createElement"][arguments.0.value=/^(audio|video)$/]',
  ]),

  'no-upload': restrict('Nothing is sent to another machine.', [
    ...named('sendBeacon|XMLHttpRequest|WebSocket|WebTransport|RTCPeerConnection|EventSource'),
    'ObjectExpression > Property[key.name="method"]',
    'NewExpression[callee.name="Request"]',
    'NewExpression[callee.property.name="Request"]',
    'SvelteAttribute[key.name=/^(action|formaction)$/]',
  ]),

  'no-encoder': restrict('Only src/export/encode.ts encodes sound.', [
    ...named(
      'MediaRecorder|AudioEncoder|createWritable|createSyncAccessHandle|captureStream|MediaStreamTrackGenerator',
    ),
    // The header of a WAV by hand.
    'Literal[value=/^(RIFF|RF64)/]',
    'TemplateElement[value.raw=/^(RIFF|RF64)/]',
    `:matches(Literal[value=${0x52494646}], Literal[value=${0x46464952}])`,
    `ArrayExpression${RIFF.map((byte, i) => `[elements.${i}.value=${byte}]`).join('')}`,
    `CallExpression${RIFF.map((byte, i) => `[arguments.${i}.value=${byte}]`).join('')}`,
  ]),

  'mediabunny-reads': restrict('mediabunny is imported by the names that read; add one to lint/leaving.js.', [
    `ImportDeclaration[source.value="mediabunny"][importKind!="type"] > ImportSpecifier[importKind!="type"]:not([imported.name=/^(${READING})$/])`,
    'ImportDeclaration[source.value="mediabunny"] > :matches(ImportNamespaceSpecifier, ImportDefaultSpecifier)',
    'ImportExpression[source.value="mediabunny"]',
    ':matches(ExportAllDeclaration, ExportNamedDeclaration)[source.value="mediabunny"]',
  ]),

  'marked-by-cast': restrict('What is marked is made by the embedder and by export, never asserted.', [
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSTypeReference[typeName.name=/^Marked[A-Z]/]',
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSTypeReference[typeName.right.name=/^Marked[A-Z]/]',
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSImportType[qualifier.name=/^Marked[A-Z]/]',
    // It is assignable to everything.
    ':matches(TSAsExpression, TSTypeAssertion) > TSNeverKeyword',
    'ExportSpecifier[local.name="encode"]',
  ]),
};
