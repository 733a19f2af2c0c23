from ecs_emulator.cli import main

main()
