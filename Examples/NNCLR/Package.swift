// swift-tools-version: 6.2

import PackageDescription

// An objective in a package of its own: what `Contrastive` offers to everyone is all it needs.
let package = Package(
  name: "NNCLR",
  products: [.library(name: "NNCLR", targets: ["NNCLR"])],
  dependencies: [.package(name: "swift-contrastive", path: "../..")],
  targets: [
    .target(
      name: "NNCLR",
      dependencies: [.product(name: "Contrastive", package: "swift-contrastive")]),
    .testTarget(name: "NNCLRTests", dependencies: ["NNCLR"]),
  ]
)
