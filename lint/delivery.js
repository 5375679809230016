import { memberOf, named, restrict } from './restrict.js';

/** Exports of mediabunny for reading; all others can write a file. */
const READING = 'ALL_FORMATS|AudioSample|BlobSource|EncodedPacketSink|Input|InputAudioTrack|MATROSKA|WEBM';
const RIFF = [0x52, 0x49, 0x46, 0x46];

/** Ways in which unmarked audio could leave the page, as far as the source text shows them. */
export const delivery = {
  'no-unmarked-delivery': restrict(
    'Only src/export/deliver.ts may deliver files: it rejects unmarked audio.',
    [
      ...named('createObjectURL|showSaveFilePicker|showDirectoryPicker|ClipboardItem|execCommand'),
      // A data URL.
      ':matches(Literal, SvelteLiteral)[value=/\\bdata:(audio|application)\\b/]',
      'TemplateElement[value.raw=/\\bdata:(audio|application)\\b/]',
      // A link that downloads.
      ':matches(SvelteAttribute, SvelteShorthandAttribute)[key.name="download"]',
      'AssignmentExpression[left.property.name="download"]',
      'ObjectExpression > Property[key.name="download"]',
      'CallExpression[callee.property.name=/^(setAttribute|toggleAttribute)$/][arguments.0.value="download"]',
      'MemberExpression[computed=true] > Literal[value=/^(download|share|write)$/]',
      // The share sheet and the clipboard.
      ...memberOf('navigator', 'share|canShare'),
      ...memberOf('clipboard', 'write'),
      'VariableDeclarator[init.name="navigator"] Property[key.name=/^(share|canShare|clipboard)$/]',
      // Drag and drop out of the page.
      'CallExpression[callee.property.name="setData"]:not([arguments.0.value="text/plain"])',
      'CallExpression[callee.property.name="add"][callee.object.property.name="items"]',
      // The menu of the browser's player offers a download.
      'SvelteElement[name.name=/^(audio|video)$/]',
      'CallExpression[callee.property.name="createElement"][arguments.0.value=/^(audio|video)$/]',
    ],
  ),

  'no-upload': restrict('Nothing is sent to another machine.', [
    ...named('sendBeacon|XMLHttpRequest|WebSocket|WebTransport|RTCPeerConnection|EventSource'),
    'ObjectExpression > Property[key.name="method"]',
    'NewExpression[callee.name="Request"]',
    'NewExpression[callee.property.name="Request"]',
    'SvelteAttribute[key.name=/^(action|formaction)$/]',
  ]),

  'no-encoder': restrict('Only src/export/encode.ts encodes audio.', [
    ...named(
      'MediaRecorder|AudioEncoder|createWritable|createSyncAccessHandle|captureStream|MediaStreamTrackGenerator',
    ),
    // A hand-written WAV header.
    'Literal[value=/^(RIFF|RF64)/]',
    'TemplateElement[value.raw=/^(RIFF|RF64)/]',
    `:matches(Literal[value=${0x52494646}], Literal[value=${0x46464952}])`,
    `ArrayExpression${RIFF.map((byte, i) => `[elements.${i}.value=${byte}]`).join('')}`,
    `CallExpression${RIFF.map((byte, i) => `[arguments.${i}.value=${byte}]`).join('')}`,
  ]),

  'mediabunny-reads': restrict(
    'Only the reading exports of mediabunny may be imported; they are listed in lint/delivery.js.',
    [
      `ImportDeclaration[source.value="mediabunny"][importKind!="type"] > ImportSpecifier[importKind!="type"]:not([imported.name=/^(${READING})$/])`,
      'ImportDeclaration[source.value="mediabunny"] > :matches(ImportNamespaceSpecifier, ImportDefaultSpecifier)',
      'ImportExpression[source.value="mediabunny"]',
      ':matches(ExportAllDeclaration, ExportNamedDeclaration)[source.value="mediabunny"]',
    ],
  ),

  'marked-by-cast': restrict('Marked types are made by the embedder and the export, never by a cast.', [
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSTypeReference[typeName.name=/^Marked[A-Z]/]',
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSTypeReference[typeName.right.name=/^Marked[A-Z]/]',
    ':matches(TSAsExpression, TSTypeAssertion, TSTypePredicate) TSImportType[qualifier.name=/^Marked[A-Z]/]',
    // `never` is assignable to all types.
    ':matches(TSAsExpression, TSTypeAssertion) > TSNeverKeyword',
    'ExportSpecifier[local.name="encode"]',
  ]),
};
