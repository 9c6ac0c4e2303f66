/** Of Scalar only its one bundled file is served: what that was built from need not be installed. */
const servedAsOneFile = new Set(["@scalar/api-reference"]);

export const hooks = {
  readPackage(manifest) {
    if (servedAsOneFile.has(manifest.name)) manifest.dependencies = {};
    return manifest;
  },
};
