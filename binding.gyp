# For tools that insist on node-gyp. The build itself is CMake's: scripts/cmake-shim.cjs runs cmake-js and leaves build/Release/ai_artist.node.
{
  'targets': [
    {
      'target_name': 'ai_artist',
      'type': 'none',
      'actions': [
        {
          'action_name': 'cmake',
          'inputs': ['CMakeLists.txt'],
          'outputs': ['build/Release/ai_artist.node'],
          'action': ['node', 'scripts/cmake-shim.cjs', 'build'],
        },
      ],
    },
  ],
}
