// What a .d.ts declares and says about it, read by TypeScript's parser. Version 6, since 7 has no such interface for programs yet.

import ts from "typescript";

/**
 * All declarations by name, each `{ kind, name, doc, isExported, … }`: a function has `params` and `returns`, a type its `type`, an
 * interface or a class its `bases` and `members`.
 */
export function declarations(file, text) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = tree.statements.filter((node) => node.kind in READERS).map((node) => {
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    return { name: node.name.text, doc: docOf(node), isExported, ...READERS[node.kind](node) };
  });
  return new Map(found.map((declaration) => [declaration.name, declaration]));
}

const READERS = {
  [ts.SyntaxKind.FunctionDeclaration]: (node) => ({ kind: "function", ...callOf(node) }),
  [ts.SyntaxKind.TypeAliasDeclaration]: (node) => ({ kind: "type", type: textOf(node.type) }),
  [ts.SyntaxKind.InterfaceDeclaration]: (node) => ({ kind: "interface", ...shapeOf(node) }),
  [ts.SyntaxKind.ClassDeclaration]: (node) => ({ kind: "class", ...shapeOf(node) }),
};

function shapeOf(node) {
  const bases = (node.heritageClauses ?? []).flatMap(({ types }) => types);
  return {
    parameters: (node.typeParameters ?? []).map(({ name }) => name.text),
    bases: bases.map(({ expression, typeArguments }) => ({ name: textOf(expression), given: (typeArguments ?? []).map(textOf) })),
    members: node.members.filter(({ kind }) => kind in MEMBERS).map((member) => ({
      name: textOf(member.name),
      doc: docOf(member),
      isOptional: Boolean(member.questionToken),
      isReadonly: member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false,
      ...MEMBERS[member.kind](member),
    })),
  };
}

/** A setter belongs to its getter, which is documented. */
const MEMBERS = {
  [ts.SyntaxKind.PropertySignature]: (node) => ({ kind: "property", type: textOf(node.type) }),
  [ts.SyntaxKind.PropertyDeclaration]: (node) => ({ kind: "property", type: textOf(node.type) }),
  [ts.SyntaxKind.GetAccessor]: (node) => ({ kind: "property", type: textOf(node.type) }),
  [ts.SyntaxKind.MethodSignature]: (node) => ({ kind: "method", ...callOf(node) }),
  [ts.SyntaxKind.MethodDeclaration]: (node) => ({ kind: "method", ...callOf(node) }),
};

const callOf = ({ parameters, type }) => ({
  params: parameters.map(({ name, questionToken, type }) => ({ name: name.text, isOptional: Boolean(questionToken), type: textOf(type) })),
  returns: textOf(type),
});

const textOf = (node) => node.getText().replace(/\s+/g, " ");

/** A comment's text, and what its tags say. */
function docOf(node) {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const tags = ts.getJSDocTags(node);
  const said = (tag) => (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
  const all = (name) => tags.filter(({ tagName }) => tagName.text === name);
  return {
    text: comment ? said(comment) : "",
    samples: all("example").map(said),
    params: new Map(all("param").map((tag) => [tag.name.text, said(tag)])),
    throws: all("throws").map((tag) => ({ name: textOf(tag.typeExpression.type), text: said(tag) })),
    default: all("default").map(said)[0],
  };
}
