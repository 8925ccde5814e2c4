// swift-tools-version: 6.2

import PackageDescription

// The command as one of several processes under Open MPI. A package of its own, so that nobody else
// needs MPI.
let package = Package(
  name: "contrastive-ranks",
  dependencies: [
    .package(name: "swift-contrastive", path: "..", traits: ["Command"])
  ],
  targets: [
    .systemLibrary(
      name: "COpenMPI", pkgConfig: "ompi-c",
      providers: [.apt(["libopenmpi-dev", "openmpi-bin"]), .brew(["open-mpi"])]),
    // C over what MPI has as macros, which Swift does not see.
    .target(
      name: "ContrastiveMPI", dependencies: ["COpenMPI"],
      cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "contrastive-ranks",
      dependencies: [
        "ContrastiveMPI",
        .product(name: "ContrastiveCommand", package: "swift-contrastive"),
        .product(name: "Contrastive", package: "swift-contrastive"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)]),
  ]
)
